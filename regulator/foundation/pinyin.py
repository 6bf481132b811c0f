"""How names are read aloud: the syllables of Mandarin and readings a general dictionary gets wrong; no index."""

from collections import defaultdict
from functools import cache, lru_cache
from typing import Any

_SYLLABLES = """
a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao ce cen
ceng cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci cong
cou cu cuan cui cun cuo da dai dan dang dao de dei den deng di dia dian diao die ding diu dong dou du duan dui
dun duo e ei en eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu
gua guai guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun
huo ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke kei ken keng kong kou
ku kua kuai kuan kuang kui kun kuo la lai lan lang lao le lei len leng li lia lian liang liao lie lin ling liu
lo long lou lu luan lun luo lv lve ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu
na nai nan nang nao ne nei nen neng ni nian niang niao nie nin ning niu nong nou nu nuan nun nuo nv nve o ou
pa pai pan pang pao pei pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong
qiu qu quan que qun ran rang rao re ren reng ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen
seng sha shai shan shang shao she shei shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song
sou su suan sui sun suo ta tai tan tang tao te tei teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa
wai wan wang wei wen weng wo wu xi xia xian xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao
ye yi yin ying yo yong you yu yuan yue yun za zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe
zhei zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo
"""
SYLLABLES = frozenset(_SYLLABLES.split())
"""Every syllable of Mandarin without its tone, ü written v."""

LOCAL_READINGS = {
    "沈阳": "shen yang",
    "沈河": "shen he",
    "沈北": "shen bei",
    "沈水": "shen shui",
    "沈海": "shen hai",
    "沈铁": "shen tie",
    "长白": "chang bai",
    "长江": "chang jiang",
    "长青": "chang qing",
    "长兴": "chang xing",
    "重工": "zhong gong",
    "重庆": "chong qing",
    "乐园": "le yuan",
    "丰乐": "feng le",
    "万科": "wan ke",
    "万达": "wan da",
    "大厦": "da sha",
    "辽中": "liao zhong",
    "法库": "fa ku",
    "浑河": "hun he",
    "行政": "xing zheng",
    "银行": "yin hang",
    "熙湖": "xi hu",
    "翡翠": "fei cui",
}
"""Words read differently from a general dictionary's first guess, mostly places (长白 is not zhang bai)."""


def readings(han: str) -> list[str]:
    """The pinyin of Chinese characters without tones, by the longest words of the dictionary that fit from the left.

    That is how pypinyin cuts a text itself (``mmseg``); a million names need it faster than character by character.
    """
    words = _words_by_beginning()
    spoken: list[str] = []
    at, end = 0, len(han)
    while at < end:
        for size in words.get(han[at : at + 2], ()):
            if (word := han[at : at + size]) in words.phrases:
                break
        else:
            word = han[at]
        spoken += _reading(word)
        at += len(word)
    return spoken


class _Words(dict[str, tuple[int, ...]]):
    """The first two characters of the dictionary's words, and how long the words are that begin so, longest first."""

    phrases: dict[str, Any]


@cache
def _words_by_beginning() -> _Words:
    from pypinyin import load_phrases_dict  # noqa: PLC0415  # 40 MB a looker-up never uses
    from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415

    load_phrases_dict({word: [[syllable] for syllable in reading.split()] for word, reading in LOCAL_READINGS.items()})
    sizes: defaultdict[str, set[int]] = defaultdict(set)
    for phrase in PHRASES_DICT:
        if len(phrase) > 1:
            sizes[phrase[:2]].add(len(phrase))
    words = _Words({beginning: tuple(sorted(found, reverse=True)) for beginning, found in sizes.items()})
    words.phrases = PHRASES_DICT
    return words


@lru_cache(maxsize=32768)
def _reading(word: str) -> tuple[str, ...]:
    """How a word of the dictionary, or a character outside of it, is read; words repeat where names do not."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415  # as above

    return tuple(syllable for syllable in lazy_pinyin([word]) if syllable.isascii() and syllable.isalpha())
