"""Names, places and goods from which believable bilingual books are made.

Chinese words carry their pinyin, since the generator runs without a dictionary. Weighted words
are repeated: 王 and 李 are common because they stand here several times.
"""

from __future__ import annotations

from typing import NamedTuple

Spelled = tuple[str, str]


def _words(source: str) -> tuple[str, ...]:
    return tuple(source.split())


def _phrases(source: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in source.split("|"))


def _spelled(source: str) -> tuple[Spelled, ...]:
    """`王 wang 7 李 li` -> pairs, each as often as its number says."""
    pairs: list[Spelled] = []
    words = source.split()
    while words:
        word, reading = words.pop(0), words.pop(0)
        times = int(words.pop(0)) if words and words[0].isdecimal() else 1
        pairs += [(word, reading)] * times
    return tuple(pairs)


SURNAMES = _spelled(
    """
    王 wang 9 李 li 9 张 zhang 8 刘 liu 7 陈 chen 6 杨 yang 4 黄 huang 3 赵 zhao 3 吴 wu 3 周 zhou 3
    徐 xu 2 孙 sun 2 马 ma 2 朱 zhu 2 胡 hu 2 郭 guo 2 何 he 2 林 lin 2 高 gao 2 罗 luo 2 郑 zheng
    梁 liang 谢 xie 宋 song 唐 tang 许 xu 韩 han 邓 deng 冯 feng 曹 cao 彭 peng 曾 zeng 肖 xiao
    田 tian 董 dong 潘 pan 袁 yuan 蔡 cai 蒋 jiang 余 yu 于 yu 杜 du 叶 ye 程 cheng 魏 wei 苏 su
    吕 lv 丁 ding 任 ren 卢 lu 姚 yao 沈 shen 钟 zhong 姜 jiang 崔 cui 谭 tan 陆 lu 范 fan 汪 wang
    廖 liao 石 shi 金 jin 韦 wei 贾 jia 夏 xia 付 fu 方 fang 邹 zou 熊 xiong 白 bai 孟 meng 秦 qin
    邱 qiu 侯 hou 江 jiang 尹 yin 薛 xue 闫 yan 雷 lei 龙 long 黎 li 史 shi 陶 tao 贺 he 毛 mao
    欧阳 ouyang 司马 sima 上官 shangguan 诸葛 zhuge
    """
)
GIVEN_FEMALE = _spelled(
    """
    芳 fang 娜 na 敏 min 静 jing 丽 li 艳 yan 娟 juan 霞 xia 秀英 xiuying 桂英 guiying 婷 ting
    雪 xue 慧 hui 莹 ying 洁 jie 琳 lin 颖 ying 佳怡 jiayi 梓涵 zihan 欣怡 xinyi 诗涵 shihan
    雨桐 yutong 思琪 siqi 晓燕 xiaoyan 海燕 haiyan 小红 xiaohong 玉兰 yulan 美玲 meiling
    淑芬 shufen 雅婷 yating 若曦 ruoxi 可馨 kexin 梦瑶 mengyao 嘉宁 jianing 晓彤 xiaotong
    """
)
GIVEN_MALE = _spelled(
    """
    伟 wei 强 qiang 磊 lei 军 jun 勇 yong 杰 jie 涛 tao 明 ming 超 chao 刚 gang 平 ping 辉 hui
    鹏 peng 斌 bin 波 bo 浩 hao 建国 jianguo 建军 jianjun 志强 zhiqiang 志明 zhiming 国强 guoqiang
    文博 wenbo 浩然 haoran 子轩 zixuan 宇航 yuhang 俊杰 junjie 天佑 tianyou 晓明 xiaoming
    海涛 haitao 德华 dehua 家豪 jiahao 立新 lixin 振华 zhenhua 永康 yongkang 思远 siyuan
    """
)
FIRST_FEMALE = _words("""
    Alice Amelia Anna Beatrice Carmen Caroline Charlotte Claire Daniela Eleanor Elena Emily Emma
    Fatima Fiona Grace Hannah Helen Ingrid Isabel Jane Julia Karen Laura Linda Lucy Maria Maya
    Nadia Nora Olivia Priya Rachel Rosa Ruth Sarah Simone Sofia Theresa Victoria Yasmin Zoë
""")
FIRST_MALE = _words("""
    Adam Ahmed Alexander Andrew Antonio Benjamin Carlos Charles Daniel David Edward Eric Felix
    Francisco George Henry Ivan Jack James John Jonas Kevin Leo Lewis Luca Marco Martin Michael
    Nathan Oliver Omar Patrick Paul Peter Ravi Richard Robert Samuel Simon Thomas Victor William
""")
LAST = _words("""
    Smith Smith Smith Johnson Johnson Williams Brown Brown Jones Jones Miller Davis Garcia
    Martinez Wilson Anderson Taylor Thomas Moore Jackson Martin Lee Thompson White Harris Clark
    Lewis Walker Hall Young King Wright Scott Green Baker Adams Nelson Hill Campbell Mitchell
    Roberts Carter Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook
    Rogers Morgan Cooper Peterson Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson
    Brooks Bennett Gray Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell
    Ortiz Jenkins Gutierrez Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson
    Jordan Reynolds Hamilton Graham Wallace Woods Cole West Owens Silva Patel Singh Khan Nguyen
    Kim Tanaka Sato Schmidt Müller Schäfer Fischer Weber Dubois Lefèvre Moreau Rossi Bianchi
    Romano Novak Kowalski Jansen Visser Andersson Nielsen Hansen Lindqvist O’Brien O’Connor
""")


class City(NamedTuple):
    """A city as its people write it, with what stands beside it in an address."""

    name: str
    slug: str
    region: str
    country: str
    postcode: str
    dial: str


def _cities(source: str) -> tuple[City, ...]:
    """A city a line, as often as its number says."""
    rows = (line.strip().split("|") for line in source.strip().split("\n"))
    return tuple(City(*row[1:]) for row in rows for _ in range(int(row[0])))


CITIES_ZH = _cities("""
    7|上海|shanghai|上海|中国|200030|21
    6|北京|beijing|北京|中国|100080|10
    4|深圳|shenzhen|广东|中国|518057|755
    4|广州|guangzhou|广东|中国|510620|20
    3|杭州|hangzhou|浙江|中国|310012|571
    2|成都|chengdu|四川|中国|610041|28
    2|武汉|wuhan|湖北|中国|430074|27
    2|南京|nanjing|江苏|中国|210008|25
    2|苏州|suzhou|江苏|中国|215021|512
    1|西安|xian|陕西|中国|710075|29
    1|青岛|qingdao|山东|中国|266071|532
    1|厦门|xiamen|福建|中国|361008|592
    1|宁波|ningbo|浙江|中国|315040|574
    1|长沙|changsha|湖南|中国|410005|731
    1|大连|dalian|辽宁|中国|116023|411
    1|昆明|kunming|云南|中国|650051|871
""")
CITIES_EN = _cities("""
    3|London|london|England|United Kingdom|EC1A 1BB|44 20
    1|Manchester|manchester|England|United Kingdom|M1 4BT|44 161
    1|Dublin|dublin|Leinster|Ireland|D02 X285|353 1
    2|New York|new-york|New York|United States|10013|1 212
    1|San Francisco|san-francisco|California|United States|94107|1 415
    1|Chicago|chicago|Illinois|United States|60607|1 312
    1|Toronto|toronto|Ontario|Canada|M5V 2T6|1 416
    1|Sydney|sydney|New South Wales|Australia|2000|61 2
    2|Singapore|singapore|Central|Singapore|048616|65
    1|Berlin|berlin|Berlin|Germany|10115|49 30
    1|Munich|munich|Bavaria|Germany|80331|49 89
    1|Paris|paris|Île-de-France|France|75011|33 1
    1|Amsterdam|amsterdam|North Holland|Netherlands|1012 JS|31 20
    1|Shanghai|shanghai|Shanghai|China|200040|86 21
    1|Hong Kong|hong-kong|Hong Kong|China|999077|852
""")
STREETS_ZH = _words("""
    中山路 人民路 解放大道 科技园路 建设路 文化路 南京路 长江路 滨河大道 新华街 和平路 朝阳北路
    花园路 学院路 创业大道 世纪大道 延安西路 软件园二路
""")
STREETS_EN = _phrases("""
    High Street|Station Road|Market Street|Mill Lane|King Street|Harbour View|Oak Avenue|
    Bridge Street|Church Road|Park Avenue|Queen Street|Canal Street|Garden Walk|Foundry Lane
""")

# What firms do: the word in the name, its pinyin, and the industry.
TRADES_ZH = (
    ("科技", "keji", "technology"),
    ("科技", "keji", "technology"),
    ("信息技术", "xinxi-jishu", "software"),
    ("软件", "ruanjian", "software"),
    ("电子", "dianzi", "electronics"),
    ("贸易", "maoyi", "wholesale"),
    ("商贸", "shangmao", "retail"),
    ("百货", "baihuo", "retail"),
    ("物流", "wuliu", "logistics"),
    ("医疗器械", "yiliao-qixie", "healthcare"),
    ("药业", "yaoye", "healthcare"),
    ("教育", "jiaoyu", "education"),
    ("文化传媒", "wenhua-chuanmei", "media"),
    ("机械制造", "jixie-zhizao", "manufacturing"),
    ("新材料", "xincailiao", "manufacturing"),
    ("建筑工程", "jianzhu-gongcheng", "construction"),
    ("食品", "shipin", "food"),
    ("餐饮", "canyin", "food"),
    ("咨询", "zixun", "services"),
    ("投资", "touzi", "finance"),
    ("旅游", "lvyou", "travel"),
)
BRAND_FIRST = _spelled("""
    瑞 rui 恒 heng 鼎 ding 博 bo 天 tian 盛 sheng 宏 hong 嘉 jia 泰 tai 启 qi 卓 zhuo 凯 kai
    锦 jin
    腾 teng 远 yuan 星 xing 云 yun 海 hai 万 wan 金 jin 智 zhi 诚 cheng 安 an 德 de 正 zheng
    优 you
""")
BRAND_SECOND = _spelled("""
    达 da 信 xin 源 yuan 嵘 rong 丰 feng 祥 xiang 辰 chen 讯 xun 森 sen 峰 feng 润 run 创 chuang
    联 lian 诺 nuo 科 ke 翔 xiang 凡 fan 益 yi 昌 chang 捷 jie 澜 lan 禾 he 谷 gu 韵 yun 川 chuan
""")
FORMS_ZH = (
    ("有限公司", "youxiangongsi"),
    ("有限公司", "youxiangongsi"),
    ("有限公司", "youxiangongsi"),
    ("股份有限公司", "gufenyouxiangongsi"),
    ("集团", "jituan"),
)
BRANDS_EN = _words("""
    Alder Amber Anchor Apex Arden Aspen Atlas Beacon Birch Bluebird Brightwater Caldera Cedar
    Clearview Cobalt Copper Crescent Delta Dovetail Eastgate Elm Ember Evergreen Fairfield
    Falcon Fern Firefly Foxglove Glacier Granite Greenfield Harbor Hawthorn Heron Highland
    Horizon Ironbridge Ivory Juniper Keystone Kestrel Lakeside Lantern Larkspur Lighthouse
    Linden Magnolia Maple Meridian Mistral Mosaic Northstar Northwind Oakridge Orchard Osprey
    Pinnacle Pioneer Quarry Quayside Redwood Ridgeway Riverside Rowan Saffron Sandpiper
    Seabright Silverline Solstice Southbank Sparrow Springfield Stonegate Summit Sycamore
    Thistle Tidewater Timber Trident Upland Vantage Verdant Vista Waterford Westbrook Whitestone
    Willow Windmill Wren Yarrow
""")
TRADES_EN = (
    ("Software", "software"),
    ("Systems", "technology"),
    ("Robotics", "technology"),
    ("Electronics", "electronics"),
    ("Trading", "wholesale"),
    ("Stores", "retail"),
    ("Home & Garden", "retail"),
    ("Logistics", "logistics"),
    ("Medical", "healthcare"),
    ("Pharma", "healthcare"),
    ("Learning", "education"),
    ("Media", "media"),
    ("Engineering", "manufacturing"),
    ("Materials", "manufacturing"),
    ("Construction", "construction"),
    ("Foods", "food"),
    ("Consulting", "services"),
    ("Capital", "finance"),
    ("Travel", "travel"),
)
FORMS_EN = ("Ltd", "Ltd", "Inc", "LLC", "Group", "Partners", "GmbH", "Pte Ltd", "& Co")

TAGS = (
    "newsletter",
    "key-account",
    "price-sensitive",
    "fair-2024",
    "fair-2025",
    "reference",
    "slow-payer",
    "expansion",
    "churn-risk",
    "early-adopter",
    "老客户",
    "重点跟进",
    "年度框架",
    "转介绍",
    "展会",
    "待回访",
    "高潜力",
    "售后敏感",
)
INTERESTS = (
    "automation",
    "analytics",
    "training",
    "security",
    "mobile",
    "续费",
    "数据分析",
    "培训",
)
TITLES_ZH = _words("""
    总经理 副总经理 采购经理 采购主管 财务总监 信息部经理 运营总监 市场经理 行政主管 技术总监
    项目经理 仓储经理
""")
TITLES_EN = _phrases("""
    Managing Director|Head of Purchasing|Buyer|Finance Director|IT Manager|Operations Manager|
    Marketing Manager|Office Manager|Technical Director|Project Manager|Warehouse Manager
""")
ROLES = ("decision_maker", "initiator", "buyer", "influencer", "user", "gatekeeper")
SOURCES = ("marketing", "fair", "web", "call_center", "referral", "media", "service", "registry")


class Product(NamedTuple):
    """A good or service with its list price in yuan."""

    id: str
    name: str
    family: str
    unit: str
    price: int


def _products(source: str) -> tuple[Product, ...]:
    rows = (line.strip().split("|") for line in source.strip().split("\n"))
    return tuple(Product(row[0], row[1], row[2], row[3], int(row[4])) for row in rows)


PRODUCTS = _products("""
    smart-terminal|Smart Terminal|hardware|piece|2680
    label-printer|Label Printer|hardware|piece|1290
    barcode-scanner|Barcode Scanner|hardware|piece|460
    warehouse-gateway|Warehouse Gateway|hardware|piece|5900
    handheld-computer|Handheld Computer|hardware|piece|3380
    cold-chain-sensor|Cold Chain Sensor|hardware|piece|238
    pos-license|POS License|software|seat|1800
    inventory-suite|Inventory Suite|software|seat|3600
    analytics-pack|Analytics Pack|software|seat|4200
    team-workspace|Team Workspace|software|seat|960
    security-module|Security Module|software|seat|2400
    on-site-training|On-site Training|services|day|6800
    annual-support|Annual Support|services|year|9800
    data-migration|Data Migration|services|day|7500
    integration-workshop|Integration Workshop|services|day|8800
    thermal-labels|Thermal Labels|supplies|box|158
    gift-box-classic|Gift Box Classic|supplies|box|268
    zhineng-zhongduan|智能终端|硬件|台|2980
    biaoqian-dayinji|标签打印机|硬件|台|1180
    saomaqiang|扫码枪|硬件|把|390
    cangku-wangguan|仓库网关|硬件|台|5600
    wenshidu-chuanganqi|温湿度传感器|硬件|只|216
    shouyin-ruanjian|收银软件|软件|套|1680
    jinxiaocun-xitong|进销存系统|软件|套|3980
    shuju-fenxi-mokuai|数据分析模块|软件|套|4500
    huiyuan-guanli|会员管理|软件|套|1280
    anquan-mokuai|安全模块|软件|套|2200
    shangmen-peixun|上门培训|服务|天|5800
    niandu-weibao|年度维保|服务|年|8800
    xitong-jicheng|系统集成|服务|天|8600
    shuju-qianyi|数据迁移|服务|天|7200
    reminzhi|热敏纸|耗材|箱|148
    chaye-lihe|茶叶礼盒|耗材|盒|288
""")
PRODUCTS_ZH = tuple(product for product in PRODUCTS if not product.name.isascii())
PRODUCTS_EN = tuple(product for product in PRODUCTS if product.name.isascii())
